namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>
/// Until the server answers, keeps warnings and errors of the libraries that it starts with out of the log: what fails then ends the program,
/// which says why in one line on standard error, and their stack traces would bury it.
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
            // This rule takes the place of the one that the settings have for the same category, and so has to repeat it.
            var usual = Usual(builder.Configuration, category);
            builder.Logging.AddFilter(category, level => level >= usual && (log._isOver || level < LogLevel.Warning));
        }

        return log;
    }

    public void EndWith(IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.Register(() => _isOver = true);

    /// <summary>As <c>Logging:LogLevel</c> says, by the longest name that the category begins with.</summary>
    private static LogLevel Usual(ConfigurationManager settings, string category)
    {
        var rule = settings.GetSection("Logging:LogLevel").GetChildren()
            .Where(rule => category.StartsWith(rule.Key, StringComparison.OrdinalIgnoreCase))
            .MaxBy(rule => rule.Key.Length)?.Value ?? settings["Logging:LogLevel:Default"];
        return Enum.TryParse<LogLevel>(rule, ignoreCase: true, out var level) ? level : LogLevel.Information;
    }
}
