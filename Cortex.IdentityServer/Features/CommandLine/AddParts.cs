using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Adds all parts of the server to a host. Each reads its settings, and notes there what is wrong with them.</summary>
internal delegate void AddParts(WebApplicationBuilder builder, SettingsReader settings, CancellationToken stop);
