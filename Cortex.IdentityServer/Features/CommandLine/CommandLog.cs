using Microsoft.Extensions.Logging.Console;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>What a command logs: warnings and errors, on standard error, so that standard output is its own.</summary>
internal static class CommandLog
{
    public static void AddTo(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // A rule of the provider counts before those of the settings. That the database is lost the command tells by itself.
        logging.AddFilter<ConsoleLoggerProvider>((category, level) =>
            level >= LogLevel.Warning && category?.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) != true);
    }
}
