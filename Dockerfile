# The files of the web console are the same for every platform.
FROM --platform=$BUILDPLATFORM node:22-bookworm-slim AS console
WORKDIR /source/Cortex.Console
COPY Cortex.Console/package.json Cortex.Console/package-lock.json Cortex.Console/.npmrc ./
RUN npm ci

# The console's types are generated from the OpenAPI document.
COPY Cortex.IdentityServer.Tests/Contract/openapi.verified.json ../Cortex.IdentityServer.Tests/Contract/
COPY Cortex.Console/ ./
RUN npm run build

# The compiler runs on the builder's own platform, whatever the image's platform is, so nothing is emulated.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The image's platform: amd64 or arm64. The code is compiled for it ahead of time; if the builder doesn't set it, the image starts more slowly.
ARG TARGETARCH

# Copies only the files that determine packages, so that code changes don't invalidate the restore layer.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Cortex.Console/Console.targets Cortex.Console/
COPY Cortex.IdentityServer/Cortex.IdentityServer.csproj Cortex.IdentityServer/packages.lock.json Cortex.IdentityServer/
RUN dotnet restore Cortex.IdentityServer --locked-mode ${TARGETARCH:+--arch $TARGETARCH}

# Migrations/ is compiled into the server.
COPY .editorconfig BannedSymbols.txt ./
COPY Migrations/ Migrations/
COPY Cortex.IdentityServer/ Cortex.IdentityServer/
COPY --from=console /source/Cortex.Console/dist/ Cortex.Console/dist/

# The commit, which --version prints.
ARG REVISION=
RUN dotnet publish Cortex.IdentityServer --configuration Release --no-restore --output /app --self-contained false -p:UseAppHost=false \
    -p:BuildConsole=false -p:RequireConsole=true -p:SourceRevisionId=$REVISION ${TARGETARCH:+--arch $TARGETARCH}

# Only a source of files for the image's platform; nothing runs in it.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble AS native

# It has no shell and no package manager, but ICU and time zones: emails are compared in Unicode's normal forms, and reports use local calendars.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app

# Hashes passwords. Without it, the server does that in slower managed code. The name is a link, so both files are copied.
COPY --from=native /usr/lib/*-linux-gnu/libcrypt.so.1* /usr/lib/
COPY --from=build /app .

# Crash dumps and debuggers would expose passwords and keys.
ENV DOTNET_EnableDiagnostics=0

# Collects garbage after every 32 MiB of allocations (the value is hexadecimal). The default is the size of the CPU cache, which is a multiple of that on
# servers.
ENV DOTNET_GCgen0size=0x2000000
ARG REVISION=
LABEL org.opencontainers.image.title="Cortex Identity" \
    org.opencontainers.image.description="The authentication server for Cortex Memory" \
    org.opencontainers.image.base.name="mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra" \
    org.opencontainers.image.revision="$REVISION"
USER $APP_UID
EXPOSE 8080 8443
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["dotnet", "Cortex.IdentityServer.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "Cortex.IdentityServer.dll"]
