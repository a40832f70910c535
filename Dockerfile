# The files of the web console are the same for every platform.
FROM node:22 AS console
WORKDIR /source/Cortex.Console
COPY Cortex.Console/package.json Cortex.Console/package-lock.json Cortex.Console/.npmrc ./
RUN npm ci

# The console's types are generated from the OpenAPI document.
COPY Cortex.IdentityServer.Tests/Contract/openapi.verified.json ../Cortex.IdentityServer.Tests/Contract/
COPY Cortex.Console/ ./
RUN npm run build

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
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
RUN dotnet publish Cortex.IdentityServer --configuration Release --no-restore --output /app --self-contained false -p:UseAppHost=false \
    -p:BuildConsole=false -p:RequireConsole=true ${TARGETARCH:+--arch $TARGETARCH}

# This image has ICU and time zone data; the alpine and chiseled ones lack them.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .

# Crash dumps and debuggers would expose passwords and keys.
ENV DOTNET_EnableDiagnostics=0

# Collects garbage after every 32 MiB of allocations (the value is hexadecimal). The default is the size of the CPU cache, which is a multiple of that on
# servers.
ENV DOTNET_GCgen0size=0x2000000
USER $APP_UID
EXPOSE 8080 8443
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["dotnet", "Cortex.IdentityServer.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "Cortex.IdentityServer.dll"]
