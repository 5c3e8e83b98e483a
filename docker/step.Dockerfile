# An image for the steps of one project, with packages that cannot be bundled (native add-ons, data files):
#
#     docker build -t my/steps -f docker/step.Dockerfile .
#
# The context is the project: its package.json and package-lock.json. Step code is not copied here; it is bundled
# and added as the last layer, so that an edit of a step does not install anything again.
ARG BASE=node:24-slim
FROM ${BASE} AS packages
WORKDIR /opt/app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

# The stage above may hold compilers and caches; this one takes only what they made. Node looks for packages in every
# folder above the module that imports them, so these are found wherever the step code lies.
FROM ${BASE}
COPY --from=packages /opt/app/node_modules /node_modules
ENV NODE_ENV=production
