# One image for every process; docker-compose.yml says which one a container runs, and tests its health.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# A fixed number, so that files in volumes keep their owner over new images.
RUN useradd --system --uid 10001 --home-dir /var/lib/boekbrug --create-home --shell /usr/sbin/nologin boekbrug

WORKDIR /app

# Before the code, so that a change of code does not install everything again.
COPY requirements-runtime.lock ./
RUN pip install --require-hashes -r requirements-runtime.lock

COPY LICENSE README.md pyproject.toml docker-compose.yml ./
COPY models models
COPY adapters adapters
COPY sync sync
COPY tasks tasks
COPY web web
COPY worker worker
COPY sandbox sandbox
# In place, so that templates and migrations are found where the code is; nothing is downloaded here.
RUN pip install --no-deps --no-build-isolation -e .

USER boekbrug
VOLUME /var/lib/boekbrug
ENV BOEKBRUG_DATA_DIR=/var/lib/boekbrug
EXPOSE 8000 5555
CMD ["boekbrug", "--help"]
