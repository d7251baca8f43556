# docker build -t izde .
# docker run -v izde:/index -v /srv/journal/articles:/articles:ro izde index /articles
# docker run -p 8000:8000 -v izde:/index:ro --read-only --tmpfs /tmp izde

FROM python:3.12-slim AS build

# "yes" adds PyTorch and sentence-transformers, which only a model other than the embedded one needs.
ARG OTHER_MODELS=no

WORKDIR /source
COPY setup.cfg ./
RUN python -c "import configparser; \
setup = configparser.ConfigParser(); setup.read('setup.cfg'); \
left_out = () if '$OTHER_MODELS' == 'yes' else ('sentence-transformers', 'torch'); \
lines = (setup['options']['install_requires'] + setup['options.extras_require']['qdrant']).split('\n'); \
print(*(line for line in lines if line and line.split()[0] not in left_out), sep='\n')" >requirements.txt
# The second registry has PyTorch without gigabytes of CUDA.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt

COPY pyproject.toml README.md LICENSE NOTICE izde.py ./
COPY search search
COPY indexer indexer
COPY webapp webapp
RUN /venv/bin/pip install --no-cache-dir --no-deps . && /venv/bin/pip uninstall --yes pip


FROM python:3.12-slim

RUN useradd --system --uid 10001 --no-create-home izde && install -d -o izde -g izde /index
COPY --from=build /venv /venv
COPY index_data/glossary.tsv /usr/local/share/izde/glossary.tsv

# Behind a published port every reader may seem to come from the private network of the container.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    IZDE_INDEX=/index \
    IZDE_GLOSSARY=/usr/local/share/izde/glossary.tsv \
    IZDE_HOST=0.0.0.0 \
    IZDE_METRICS=off

WORKDIR /index
VOLUME /index
USER izde
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"IZDE_PORT\", 8000)}/healthz', timeout=4)"]

ENTRYPOINT ["izde"]
CMD ["serve"]
