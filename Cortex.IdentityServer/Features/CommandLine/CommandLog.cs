using Microsoft.Extensions.Logging.Console;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>
/// Configures logging for commands: only warnings and errors, on standard error, so that standard output carries nothing but the command's results.
/// </summary>
internal static class CommandLog
{
    public static void AddTo(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // A provider's rule takes precedence over the configured ones. EF Core stays silent because the command reports database failures itself.
        logging.AddFilter<ConsoleLoggerProvider>((category, level) =>
            level >= LogLevel.Warning && category?.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) != true);
    }
}
