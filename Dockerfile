# syntax=docker/dockerfile:1
# The whole of Boardwalk as one binary; which part of it a container is, its command says.
# Needs nothing but this repository: docker build -t boardwalk .

FROM rust:1.95-trixie AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nodejs npm \
 && rm -rf /var/lib/apt/lists/* \
 && rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask build && cp target/release/boardwalk /boardwalk

FROM debian:trixie-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home boardwalk
COPY --from=build /boardwalk /usr/local/bin/boardwalk
USER boardwalk
ENV BOARDWALK_LISTEN=0.0.0.0:8080 \
    BOARDWALK_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["boardwalk", "health"]
ENTRYPOINT ["boardwalk"]
CMD ["serve"]
