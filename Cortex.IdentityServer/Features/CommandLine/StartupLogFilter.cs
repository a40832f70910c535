namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>
/// Suppresses warnings and errors from libraries until the server has started. A failure at startup ends the program with one line on standard error,
/// which the libraries' stack traces would bury.
/// </summary>
internal sealed class StartupLogFilter
{
    private static readonly string[] Categories = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.EntityFrameworkCore", "Npgsql"];

    private volatile bool _hasStarted;

    public static StartupLogFilter AddTo(WebApplicationBuilder builder)
    {
        var log = new StartupLogFilter();
        foreach (var category in Categories)
        {
            // This rule replaces the configured one for the same category, so it has to apply the configured level as well.
            var configured = ConfiguredLevel(builder.Configuration, category);
            builder.Logging.AddFilter(category, level => level >= configured && (log._hasStarted || level < LogLevel.Warning));
        }

        return log;
    }

    public void DisableOnStart(IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.Register(() => _hasStarted = true);

    /// <summary>The level that <c>Logging:LogLevel</c> configures for the category; the longest matching prefix wins.</summary>
    private static LogLevel ConfiguredLevel(ConfigurationManager settings, string category)
    {
        var rule = settings.GetSection("Logging:LogLevel").GetChildren()
            .Where(rule => category.StartsWith(rule.Key, StringComparison.OrdinalIgnoreCase))
            .MaxBy(rule => rule.Key.Length)?.Value ?? settings["Logging:LogLevel:Default"];
        return Enum.TryParse<LogLevel>(rule, ignoreCase: true, out var level) ? level : LogLevel.Information;
    }
}
