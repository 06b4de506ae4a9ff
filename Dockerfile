# syntax=docker/dockerfile:1
# The batching service. The first stage builds it from the lock file; the second holds Node, the service and what it needs in
# production, and nothing that builds or installs. It runs as `node`, on a root that may be read-only: only /data is written.

FROM node:24-bookworm-slim AS build
WORKDIR /src
RUN npm install --global --no-fund --no-audit pnpm@12.21.0
# The dependencies come first: a change of source leaves this layer as it is.
COPY pnpm-lock.yaml pnpm-workspace.yaml package.json ./
RUN pnpm fetch --frozen-lockfile
COPY tsconfig.base.json tsup.base.ts ./
COPY packages packages
COPY deploy/image deploy/image
RUN pnpm install --frozen-lockfile --offline --filter "dpp" --filter "@dpp-internal/image..."
RUN pnpm --filter "@dpp-internal/image^..." run build
RUN pnpm --filter "@dpp-internal/image" --prod --legacy --offline deploy /app

FROM node:24-bookworm-slim
RUN install --directory --owner=node --group=node --mode=700 /data
COPY --from=build /app /app
WORKDIR /app
ENV NODE_ENV=production DPP_HOST=0.0.0.0 DPP_PORT=8080 DPP_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/health.mjs"]
ENTRYPOINT ["node", "--v8-pool-size=0", "/app/node_modules/@dpp/server/dist/cli.js"]
CMD ["start"]
