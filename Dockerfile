FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# Of the image: amd64 or arm64. The code is compiled for it ahead of time; a builder that doesn't say it makes an image that starts slower.
ARG TARGETARCH

# Only what names packages, so that a change of the code keeps the restored layer.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Cortex.IdentityServer/Cortex.IdentityServer.csproj Cortex.IdentityServer/packages.lock.json Cortex.IdentityServer/
RUN dotnet restore Cortex.IdentityServer --locked-mode ${TARGETARCH:+--arch $TARGETARCH}

# The server compiles Migrations/ in.
COPY .editorconfig BannedSymbols.txt ./
COPY Migrations/ Migrations/
COPY Cortex.IdentityServer/ Cortex.IdentityServer/
RUN dotnet publish Cortex.IdentityServer --configuration Release --no-restore --output /app --self-contained false -p:UseAppHost=false ${TARGETARCH:+--arch $TARGETARCH}

# This image has ICU and time zone data; the alpine and chiseled ones lack them.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .

# A crash dump or a debugger would hold passwords and keys.
ENV DOTNET_EnableDiagnostics=0

# Garbage is collected every 32 MiB (hexadecimal), instead of when it is as large as the processor's cache, which on servers is a multiple of that.
ENV DOTNET_GCgen0size=0x2000000
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["dotnet", "Cortex.IdentityServer.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "Cortex.IdentityServer.dll"]
