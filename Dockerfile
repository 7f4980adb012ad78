# live-status in a container. The root file system may be read-only: only /var/lib/live-status and /tmp are written to.
#
#   docker build -t live-status .
#
# Where other images have to be used: NODE_IMAGE needs Node 22.22 or newer with npm, BASE_IMAGE the C++ library that this Node needs.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN node --disable-warning=ExperimentalWarning scripts/build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${BASE_IMAGE}
# An init as process 1 passes signals on and collects the orphans of health checks.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
  && mkdir -m 0700 /var/lib/live-status && chown 1000:1000 /var/lib/live-status
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /build/package.json /app/
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
RUN ln -s /app/dist/main.js /usr/local/bin/live-status

# Flags that halve the memory at no measurable cost; see docs/RELIABILITY.md.
ENV NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=256" \
  STATE_DIR=/var/lib/live-status \
  PID_FILE=/var/lib/live-status/status-watcher.pid
# The transcripts are readable by their owner only: run the container as that user (--user).
USER 1000:1000
WORKDIR /var/lib/live-status
VOLUME /var/lib/live-status
EXPOSE 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["live-status", "health"]
ENTRYPOINT ["tini", "--", "live-status"]
CMD ["run"]
