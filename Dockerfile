FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The image's platform: amd64 or arm64. The code is compiled for it ahead of time; if the builder doesn't set it, the image starts more slowly.
ARG TARGETARCH

# Copies only the files that determine packages, so that code changes don't invalidate the restore layer.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Cortex.IdentityServer/Cortex.IdentityServer.csproj Cortex.IdentityServer/packages.lock.json Cortex.IdentityServer/
RUN dotnet restore Cortex.IdentityServer --locked-mode ${TARGETARCH:+--arch $TARGETARCH}

# Migrations/ is compiled into the server.
COPY .editorconfig BannedSymbols.txt ./
COPY Migrations/ Migrations/
COPY Cortex.IdentityServer/ Cortex.IdentityServer/
RUN dotnet publish Cortex.IdentityServer --configuration Release --no-restore --output /app --self-contained false -p:UseAppHost=false ${TARGETARCH:+--arch $TARGETARCH}

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
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["dotnet", "Cortex.IdentityServer.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "Cortex.IdentityServer.dll"]
