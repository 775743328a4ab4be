# Dockerfile: builds the one binary, then puts it alone into a small image.
#   docker build -t telltale .
#   docker run -p 127.0.0.1:4317:4317 -p 127.0.0.1:4318:4318 -p 127.0.0.1:8080:8080 -v telltale:/app/data -e TELLTALE_TOKEN=… telltale
# Publish the ports on 127.0.0.1 as above, or give a token: whoever reaches them reads every prompt.

FROM node:20-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json bun.lockb bunfig.toml Makefile ./
RUN make setup
COPY . .
RUN make build

FROM debian:bookworm-slim
# The database library needs libstdc++ and libgcc; the health check uses the program itself.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libstdc++6 libgcc-s1 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin telltale \
  && mkdir -p /app/data && chown -R telltale:telltale /app && chmod 700 /app/data
COPY --from=build /src/dist/telltale /usr/local/bin/telltale
USER telltale
ENV TELLTALE_HOME=/app/data XDG_CACHE_HOME=/app/data/cache TELLTALE_HOST=0.0.0.0
WORKDIR /app
VOLUME /app/data
EXPOSE 4317 4318 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["telltale", "status"]
# Inside a container every address is the container's own; without a token the program insists on being told so.
ENTRYPOINT ["telltale"]
CMD ["serve"]
