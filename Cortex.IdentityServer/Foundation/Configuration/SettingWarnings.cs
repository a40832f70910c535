namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Logs warnings about the settings that the server has started with.</summary>
internal static partial class SettingWarnings
{
    public static void LogSettingWarnings(this WebApplication app, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            Log.Setting(app.Logger, warning);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Warning, "{Warning}")]
        public static partial void Setting(ILogger logger, string warning);
    }
}
