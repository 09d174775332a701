"""Write ``cairn_client/schema.py`` from the service's OpenAPI description on standard input:

    python -m service.description | python client/generate.py

With a path as argument it is written there instead.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from datamodel_code_generator import InputFileType, LiteralType, generate
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter, PythonVersion

TARGET: Final = Path(__file__).parent / "cairn_client" / "schema.py"
HOUSE: Final = Path(__file__).parent.parent / "pyproject.toml"

HEADER: Final = '''"""Requests and answers of the HTTP API.

Generated from the service's OpenAPI description by ``client/generate.py``; not to be edited.
"""
'''
LEFT_TO_THE_SERVICE: Final = {
    "pattern", "patternProperties", "minLength", "maxLength", "propertyNames", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip
"""Bounds of texts and numbers: checked by the service; here they would make a class of each."""

OPEN: Final = {"EvidenceKind"}
"""Enumerations that may grow, so that an older client takes what is new for a text."""

RENAMED: Final = {
    "ProfileIn-Input": "ProfileIn",
    "ProfileIn-Output": "ProfileHeld",
    "Page_RoleCard_": "RolePage",
    "Page_CredentialOut_": "CredentialPage",
}


def simplified(node: Any) -> Any:
    """The description without what only the service checks, without titles that repeat the names
    of fields, and without defaults that are objects: leaving such a field out gives the same.
    """
    if isinstance(node, list):
        return [simplified(each) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(named := node.get("patternProperties"), dict):
        (values,) = named.values()
        node = {**node, "additionalProperties": values}
    dropped = set(LEFT_TO_THE_SERVICE)
    if isinstance(node.get("title"), str):
        dropped.add("title")
    if "$ref" in node and isinstance(node.get("default"), dict):
        dropped.add("default")
    if "maxProperties" in node and "properties" in node:
        dropped |= {"additionalProperties", "maxProperties"}  # more than these, not looked at
    if "enum" in node:
        dropped.add("description")
    return {name: simplified(each) for name, each in node.items() if name not in dropped}


def write(api: dict[str, Any], target: Path) -> None:
    """Write the types of ``api`` to the file ``target``."""
    text = json.dumps(api)
    for name, better in RENAMED.items():
        text = text.replace(f'/{name}"', f'/{better}"').replace(f'"{name}":', f'"{better}":')
    plain = simplified(json.loads(text))
    for name in OPEN:
        del plain["components"]["schemas"][name]["enum"]
    config = GenerateConfig(
        input_file_type=InputFileType.OpenAPI,
        output=target,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        custom_file_header=HEADER,
        use_standard_collections=True,
        use_union_operator=True,
        use_annotated=True,
        field_constraints=True,
        use_schema_description=True,
        use_single_line_docstring=True,
        collapse_root_models=True,
        strict_nullable=True,
        enum_field_as_literal=LiteralType.All,
        formatters=[Formatter.BUILTIN],
    )
    generate(json.dumps(plain), config=config)
    for arguments in (["check", "--fix", "--quiet", "--select=I,F,UP"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *arguments, f"--config={HOUSE}", str(target)]
        subprocess.run(ruff, check=True)  # noqa: S603 - nothing of it comes from outside


if __name__ == "__main__":
    write(json.load(sys.stdin), Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
