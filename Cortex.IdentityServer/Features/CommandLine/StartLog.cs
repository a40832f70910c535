namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>
/// Suppresses warnings and errors from libraries until the server has started. A failure at startup ends the program with one line on standard error,
/// which the libraries' stack traces would bury.
/// </summary>
internal sealed class StartLog
{
    private static readonly string[] Categories = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.EntityFrameworkCore", "Npgsql"];

    private volatile bool _isOver;

    public static StartLog Of(WebApplicationBuilder builder)
    {
        var log = new StartLog();
        foreach (var category in Categories)
        {
            // This rule replaces the configured one for the same category, so it has to apply the configured level as well.
            var usual = Usual(builder.Configuration, category);
            builder.Logging.AddFilter(category, level => level >= usual && (log._isOver || level < LogLevel.Warning));
        }

        return log;
    }

    public void EndWith(IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.Register(() => _isOver = true);

    /// <summary>The level that <c>Logging:LogLevel</c> configures for the category; the longest matching prefix wins.</summary>
    private static LogLevel Usual(ConfigurationManager settings, string category)
    {
        var rule = settings.GetSection("Logging:LogLevel").GetChildren()
            .Where(rule => category.StartsWith(rule.Key, StringComparison.OrdinalIgnoreCase))
            .MaxBy(rule => rule.Key.Length)?.Value ?? settings["Logging:LogLevel:Default"];
        return Enum.TryParse<LogLevel>(rule, ignoreCase: true, out var level) ? level : LogLevel.Information;
    }
}
