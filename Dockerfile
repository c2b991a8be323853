# The extender as an image: docker build -t dakr-scheduler .
#
# The build stage has the Swift of .swift-version and Debian 12's libraries; the second stage has the same libraries
# without their headers, and the one program with Swift's runtime linked in.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libcurl4-openssl-dev libnghttp2-dev libsimdjson-dev libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies are resolved in a layer of their own, which stays valid while only sources change.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
# Targets that are not built, but that the manifest names.
COPY Tests Tests
COPY benchmarks benchmarks
RUN swift build -c release --product dakr-scheduler --static-swift-stdlib \
 && install -D "$(swift build -c release --show-bin-path)/dakr-scheduler" /result/dakr-scheduler \
 && find "$(swift build -c release --show-bin-path)" -maxdepth 1 -name '*.resources' -exec cp -r {} /result/ \;

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libnghttp2-14 libsimdjson14 libssl3 \
 && rm -rf /var/lib/apt/lists/*
# Resource bundles are looked for beside the program.
COPY --from=build /result/ /usr/local/bin/
USER 65532:65532
EXPOSE 8443 8081
ENTRYPOINT ["/usr/local/bin/dakr-scheduler"]
CMD ["serve", "--help"]
