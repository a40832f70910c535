using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The settings that a command examines, and the services that were built from them as far as they are valid.</summary>
/// <param name="App">The host, which isn't started.</param>
/// <param name="Settings">The reader that has read all variables, with its errors and warnings.</param>
/// <param name="EnvironmentError">Why the environment's name isn't valid; null if it is.</param>
/// <param name="Database">The settings of the database.</param>
/// <param name="HasDatabase">Whether there is an address of a database to connect to.</param>
/// <param name="Stop">Canceled when the operator interrupts the command.</param>
internal sealed record Examination(
    WebApplication App, SettingsReader Settings, string? EnvironmentError, DatabaseOptions Database, bool HasDatabase, CancellationToken Stop)
{
    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();
}
