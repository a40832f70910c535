namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Adds all parts of the server to a host, over the database that this connection string leads to.</summary>
internal delegate void AddParts(WebApplicationBuilder builder, CortexEnvironment environment, string postgres, CancellationToken stop);
