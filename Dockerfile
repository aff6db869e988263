# syntax=docker/dockerfile:1
# One image for both programs; what a container is, its command and its environment say.

FROM python:3.11-slim-bookworm AS build
WORKDIR /banyan
RUN ["python", "-m", "venv", "/opt/banyan"]
COPY locks/runtime.txt locks/
RUN ["/opt/banyan/bin/pip", "install", "--no-cache-dir", "--require-hashes", "--requirement", "locks/runtime.txt"]
COPY . .
RUN ["/opt/banyan/bin/pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "/wheel", "."]
RUN ["/opt/banyan/bin/pip", "install", "--no-cache-dir", "--no-deps", "--no-index", "--find-links", "/wheel", "banyan"]

FROM python:3.11-slim-bookworm
COPY --from=build /opt/banyan /opt/banyan
ENV PATH=/opt/banyan/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Nobody's number on the host, and no name here. Nothing but /tmp is written to, so the container can be read-only.
USER 10440:10440
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["banyan-hub", "web", "--bind", "0.0.0.0:8000"]
