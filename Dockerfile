# docker build -t rookery . && docker run --rm -p 8000:8000 -e ROOKERY_PASSWORD=mumble rookery
FROM swift:6.3-bookworm AS build
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libsqlite3-dev libssl-dev zlib1g-dev pkg-config \
        libarchive-dev libexpat1-dev libbz2-dev liblzma-dev libzstd-dev nettle-dev \
 && rm -rf /var/lib/apt/lists/*
# expat and libarchive become parts of the program (Package.swift).
ENV ROOKERY_STATIC=1
WORKDIR /rookery
# The packages that it depends on, kept as long as the manifest stays as it is.
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product rookery --static-swift-stdlib -Xlinker -s \
        --explicit-target-dependency-import-check=error \
 && cp "$(swift build -c release --static-swift-stdlib --show-bin-path)/rookery" /usr/local/bin/
COPY data data
# The service runs as another user, who may read the sample data.
RUN rookery import data/species.csv data/feederwatch.csv --database /rookery/birds.db && chmod 644 /rookery/birds.db

FROM debian:bookworm-slim
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libsqlite3-0 libssl3 zlib1g libbz2-1.0 liblzma5 libnettle8 libzstd1 \
 && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/* \
 && install -d -o 10001 -g 10001 /data
COPY --from=build /usr/local/bin/rookery /usr/local/bin/
COPY --from=build /rookery/birds.db /usr/share/rookery/
COPY scripts/lib/container /usr/local/bin/rookery-container
# One's own database is /data/birds.db; where there is none, the sample data is served.
ENV ROOKERY_DATABASE=/data/birds.db ROOKERY_HOST=0.0.0.0 ROOKERY_PORT=8000 SQLITE_TMPDIR=/data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s \
    CMD rookery health --server "http://127.0.0.1:$ROOKERY_PORT"
ENTRYPOINT ["rookery-container"]
CMD ["serve"]
