using Microsoft.Extensions.Logging.Console;

namespace Cortex.IdentityServer.CommandLine;

/// <summary>What a command logs: warnings and errors, on standard error, so that standard output is its own.</summary>
internal static class CommandLog
{
    public static void AddTo(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // A rule of the provider counts before those of the settings.
        logging.AddFilter<ConsoleLoggerProvider>(level => level >= LogLevel.Warning);
    }
}
