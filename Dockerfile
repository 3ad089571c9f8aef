# docker build --tag byhand . && docker run --rm -p 8000:8000 byhand
# The weights and MNIST are inside; models and training jobs are kept in the volume /data.

FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/byhand \
 && /opt/byhand/bin/pip install --no-cache-dir '.[postgres,dask]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin byhand \
 && install --directory --owner=byhand --group=byhand /data
COPY --from=build /opt/byhand /opt/byhand
ENV PATH=/opt/byhand/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BYHAND_HOST=0.0.0.0 \
    BYHAND_PORT=8000 \
    BYHAND_DATA_DIR=/data
USER byhand
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"BYHAND_PORT\"]}/healthz', timeout=2)"]
CMD ["byhand", "serve"]
