using Cortex.IdentityServer.Foundation.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Cortex.IdentityServer.Foundation.Logging;

/// <summary>Chooses the format of the server's log. Commands always write text, because people read it.</summary>
internal static class LogFeature
{
    public static IServiceCollection AddLogs(this IServiceCollection services, SettingsReader settings)
    {
        var options = LogOptions.Read(settings);
        services.AddSingleton(options);
        return settings.Serves && options.IsJson ? services.AddLogging(logging => logging.UseJson()) : services;
    }

    /// <summary>Configures a logger for the time before the host and its logging exist.</summary>
    public static void AddTo(this LogOptions options, ILoggingBuilder logging)
    {
        if (options.IsJson)
        {
            logging.AddConsole().UseJson();
        }
        else
        {
            logging.AddSimpleConsole();
        }
    }

    private static void UseJson(this ILoggingBuilder logging)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = JsonLogFormatter.FormatterName);
    }
}
