using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Registers all services of the server on a host. Each feature reads its own settings and reports errors to the reader.</summary>
internal delegate void RegisterServices(WebApplicationBuilder builder, SettingsReader settings, CancellationToken stop);
