# A base image of your own, with what all your steps need:
#
#     docker build -t my/base -f docker/base.Dockerfile .
#
# A step container runs `node <entrypoint>` and asks no more of its image than Node 24 or later on the PATH.
# It is started with the uid and gid of whoever runs the pipeline, which need not be in /etc/passwd; with a read-only
# root file system; HOME=/tmp, a tmpfs; and all capabilities dropped. So install for everyone, below /usr or /opt,
# leave nothing in a home directory that a step needs, and set neither USER nor ENTRYPOINT.
FROM node:24-slim

# Packages of the system, for instance git. Remove the lists in the same layer.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*

# Behind a proxy with certificates of its own, add them to the context and let Node and the system trust them:
# COPY proxy.crt /usr/local/share/ca-certificates/
# RUN update-ca-certificates
# ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
