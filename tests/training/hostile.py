"""Small originals of every source, and ways to break them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

SOC: Final = "O*NET-SOC Code"
_RATED: Final = (
    f"{SOC}\tElement ID\tElement Name\tScale ID\tData Value\tRecommend Suppress\tNot Relevant"
)
_RATING: Final = "11-1011.00\t2.A.1\tReading\tIM\t4.1\tN\tN"

ORIGINALS: Final[Mapping[str, Mapping[str, str]]] = {
    "mars": {
        "items_en.csv": "item_id,language,name,description,Difficulty,Job,Software,Theme,duration\n"
        "1,en,Sums,All of them,Beginner,['Clerk'],['Excel'],\"['Sums', 'Cells']\",60\n",
        "implicit_ratings_en.csv": "item_id,user_id,created_at\n1,u,2021-01-02 10:00:00\n",
        "explicit_ratings_en.csv": "item_id,user_id,created_at,rating\n1,u,2021-01-02 10:00:00,4\n",
        "users_en.csv": "user_id,job\nu,Clerk\n",
    },
    "esco": {
        "skills_en.csv": "conceptUri,preferredLabel,altLabels,description\ns,sums,\"a\nb\",x\n",
        "occupations_en.csv": "conceptUri,preferredLabel,altLabels,description\no,clerk,,y\n",
        "occupationSkillRelations.csv": "occupationUri,relationType,skillUri\no,essential,s\n",
        "broaderRelationsSkillPillar.csv": "conceptUri,broaderUri\ns,s\n",
    },
    "onet": {
        "Occupation Data.txt": f"{SOC}\tTitle\tDescription\n11-1011.00\tChief\tLeads\n",
        "Content Model Reference.txt": "Element ID\tElement Name\tDescription\n2.A.1\tR\tReads\n",
        "Skills.txt": f"{_RATED}\n{_RATING}\n",
        "Knowledge.txt": f"{_RATED}\n{_RATING}\n",
        "Technology Skills.txt": f"{SOC}\tExample\tCommodity Title\tHot Technology\tIn Demand\n"
        "11-1011.00\tC\tTools\tY\tN\n",
        "Alternate Titles.txt": f"{SOC}\tAlternate Title\tShort Title\n11-1011.00\tBoss\tB\n",
    },
    "coursera": {
        "prog_scraped.csv": ",prog_title,org,difficulty,prog_lo_skills,prog_description,url\n"
        "0,Data,Org,Beginner,sums;cells,About,https://e.org/0\n",
        "program_courses_derived.csv": "program_id,org,difficulty,position,course_title,"
        "learning_outcomes,skills\n0,Org,Beginner,1,Sums,Adds,sums\n",
        "cache_coursera_courses.csv": "course_title,course_organization,course_difficulty,"
        "course_url,course_skills,course_description\n"
        "Cells,Org,Mixed,https://e.org/learn/cells,['cells'],About\n",
    },
    "ctdl": {
        "graph.json": '{"@graph": [{"@id": "https://e.org/c", "@type": "ceterms:Course", '
        '"ceterms:name": {"en": "C"}, "ceterms:teaches": [{"ceterms:targetNode": "https://e.org/s",'
        '"ceterms:targetNodeName": {"en": "Sums"}}], "ceterms:estimatedCost": [{"ceterms:price": 3,'
        '"ceterms:currency": "EUR"}], "ceterms:estimatedDuration": [{"ceterms:exactDuration": '
        '"PT3H"}], "ceterms:dateEffective": "2024-01-02", "ceterms:requires": [{"ceterms:'
        'targetCredential": ["https://e.org/b"], "ceterms:targetCompetency": ["sums"]}]},'
        '\n{"@id": "https://e.org/p", "@type": "ceterms:CourseComponent", "ceterms:hasCondition": '
        '[{"ceterms:targetComponent": ["https://e.org/q"], "ceterms:requiredNumber": 1}], '
        '"ceterms:proxyFor": "https://e.org/c", "ceterms:precededBy": ["https://e.org/q"]},'
        '{"@id": "https://e.org/q", "@type": "ceterms:CredentialComponent", "ceterms:name": "Q"},'
        '{"@id": "https://e.org/j", "@type": "ceterms:Job", "ceterms:name": "J"}]}\n',
    },
    "case": {
        "package.json": '{"CFDocument": {"identifier": "d", "title": "Frame"}, "CFItems": ['
        '{"identifier": "a", "uri": "https://e.org/a", "fullStatement": "Adds"},\n'
        '{"identifier": "b", "fullStatement": "Sums", "conceptKeywords": ["plus"]}],'
        '"CFAssociations": [{"associationType": "isChildOf", "originNodeURI": {"identifier": "b"},'
        '"destinationNodeURI": {"identifier": "a"}}, {"associationType": "precedes",'
        '"originNodeURI": "a", "destinationNodeURI": {"uri": "https://e.org/b"}}]}\n',
    },
    "osmt": {
        "skills.csv": "Canonical URL,RSD Name,Skill Statement,Keywords,O*Net Job Codes,"
        "Alignment URL\nhttps://e.org/1,Sums,Adds,plus; add,15-2051.01,https://e.org/s\n",
        "more.json": '[{"id": "https://e.org/2", "skillName": "Cells", "keywords": ["a"],\n'
        '"occupations": [{"code": "15-2051.01", "frameworkName": "o*net"}]}]\n',
    },
    "schema-org": {
        "page.html": '<p><script type="application/ld+json">{"@type": "Course", "url": '
        '"https://e.org/c", "name": "C", "teaches": ["sums"], "offers": [{"price": 3, '
        '"priceCurrency": "EUR"}], "timeRequired": "PT3H",\n"hasCourse": {"@id": "x"}, '
        '"educationalLevel": "Beginner"}</script></p>\n',
    },
    "csv": {
        "credentials.csv": "id,title,hours,cost,skills,prerequisites,available_from\n"
        'a,Alpha,3,9,"[{""skill"": ""s"", ""level"": 0.5}]","{""credential"": ""b""}",2024-01-02\n'
        "b,Beta,,,,,\n",
        "interactions.csv": "learner_id,credential_id,occurred_at,kind,value\n"
        "l,a,2024-01-02,rate,4\n",
        "roles.csv": 'id,title,requirements\nr,Role,"[{""skill"": ""s"", ""importance"": 1}]"\n',
        "skills.csv": 'id,label,aliases,broader\ns,Sums,"[""adding""]",\n',
        "learners.csv": 'id,skills,attributes\nl,"[""s""]","{""a"": 1}"\n',
    },
}  # fmt: skip
"""By source, its files. OEWS is a workbook, and breaks as one."""

CELLS: Final = [
    "", " ", "NaN", "inf", "-1e999", "9" * 400, "1e400", "-0", "0x10", "1_000", "٣", "\0", "a\0b",
    "\ud7ff\u202e", "=cmd|'/c calc'!A1", "@SUM(1)", "<script>", "../../etc/passwd", "\x1b[31m",
    "[" * 5_000, "[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "{'a': 1}", "[1, [2]]",
    "[null]", '[{"skill": {}}]', '{"all": []}', '{"at_least": 1e99, "of": []}', "('x',)*10**9",
    "0000-00-00", "9999-99-99", "2024-02-30", "1e18", "99999999999999999", "-9223372036854775808",
    '{"credential": "a"}', "true", "null", "0" * 5_000, "1" * 5_000, "[" + "1," * 3_000 + "1]",
    "[1" + "+1" * 3_000 + "]", "-" * 5_000 + "1", "{" * 200 + "}" * 200, "b'x'", "9" * 5_000 + "j",
]  # fmt: skip


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files, in a folder made new."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def archived(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@st.composite
def broken(draw: st.DrawFn, source: str) -> dict[str, bytes]:
    """The originals of ``source``, one file of them broken in one way."""
    texts = ORIGINALS[source]
    name = draw(st.sampled_from(sorted(texts)))
    files = {each: text.encode() for each, text in texts.items()}
    how = draw(st.sampled_from([_bytes, _cell, _whole]))
    files[name] = draw(how(texts[name]))
    return files


@st.composite
def _bytes(draw: st.DrawFn, text: str) -> bytes:
    content = text.encode()
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    return content[:first] + draw(st.binary(max_size=8)) + content[last:]


@st.composite
def _cell(draw: st.DrawFn, text: str) -> bytes:
    mark = "\t" if "\t" in text else ","
    cells = text.rstrip("\n").replace("\n", f"{mark}\n{mark}").split(mark)
    place = draw(st.sampled_from([i for i, cell in enumerate(cells) if cell != "\n"]))
    cell = draw(st.sampled_from(CELLS))
    quoted = draw(st.booleans()) and mark == ","
    cells[place] = '"' + cell.replace('"', '""') + '"' if quoted else cell
    return mark.join(cells).replace(f"{mark}\n{mark}", "\n").encode("utf-8", "surrogatepass")


def _whole(text: str) -> st.SearchStrategy[bytes]:
    header, _, rows = text.partition("\n")
    return st.sampled_from([
        b"", b"\n", b"\0" * 50, b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b'"',
        text.encode("utf-16"), text.encode("utf-32"), b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(), text.replace("\n", "\r").encode(),
        f"{header}\r\n{rows}\n\r\r\n".encode(), header.encode(), rows.encode(),
        f"{header},{header}\n{rows}".encode(), f"{header}\n{header}\n{rows}".encode(),
        f"{header}\n{rows.rstrip()},,,,\n".encode(), f"{header}\n\"{rows}".encode(),
        header.upper().encode() + b"\n" + rows.encode(), (text * 3).encode(),
    ])  # fmt: skip
