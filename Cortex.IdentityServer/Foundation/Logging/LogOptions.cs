using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Logging;

/// <summary>The settings of the server's log.</summary>
/// <param name="IsJson"><c>LOG_FORMAT</c>: whether each line is a JSON object, for programs, and not text for people.</param>
internal sealed record LogOptions(bool IsJson)
{
    public static LogOptions Read(SettingsReader settings) =>
        new(settings.ReadFlag("LOG_FORMAT", defaultValue: settings.IsProduction, yes: "json", no: "text"));
}
