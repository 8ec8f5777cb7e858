# The local platform with the studio, to try Darkroom without Node.js on the machine. It listens on the loopback alone, so
# the container has to have the host's:
#
#   docker build --tag darkroom .
#   docker run --rm --init --network host --volume darkroom:/data darkroom
FROM node:20-slim
WORKDIR /darkroom
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN mkdir /data && chown -R node:node /data /darkroom
USER node
VOLUME /data
CMD ["npm", "start", "--", "--data", "/data"]
