using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account.Pages;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>Registers and maps the web console.</summary>
internal static partial class ConsoleFeature
{
    /// <summary>The console's pages other than the one at the root. There is no catch-all, which would turn the API's 404 and 405 into HTML.</summary>
    public static readonly string[] Pages =
    [
        "/login", "/register", "/forgot-password", "/keys", "/usage", "/billing", "/activity", "/account", "/account/security", "/account/sessions",
        "/admin", "/admin/users", "/admin/users/{id:guid}", "/admin/import", "/admin/audit", "/admin/usage", "/admin/billing-events",
        "/admin/billing-events/{id:guid}", "/admin/reconciliation",
    ];

    /// <summary>The page that the server shows itself where there is no console.</summary>
    private const string Security = "/account/security";

    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddConsole(this IServiceCollection services, SettingsReader settings, Uri publicUrl) => services
        .AddSingleton(ConsoleOptions.Read(settings, publicUrl))
        .AddSingleton(ConsoleFolder.OfProgram)
        .AddSingleton<ConsoleFiles>()
        .AddSingleton(provider => new LoginPage(provider.GetRequiredService<ConsoleFiles>().Status == ConsoleStatus.On))
        .AddLimits(ConsoleLimits.PerAddress);

    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        var files = app.ServiceProvider.GetRequiredService<ConsoleFiles>();
        var routes = app.MapGroup("/").AllowAnonymous().LimitedBy(ConsoleLimits.PerAddress).ExcludeFromDescription();
        if (files.Status == ConsoleStatus.On)
        {
            MapFiles(routes, files);
        }
        else if (files.Status == ConsoleStatus.Missing)
        {
            MissingConsole.Warn(LoggerOf(app), app.ServiceProvider.GetRequiredService<ConsoleFolder>());
            foreach (var page in Pages.Where(page => page != Security))
            {
                routes.MapMethods(page, ReadMethods, MissingConsole.Show);
            }
        }
    }

    private static void MapFiles(RouteGroupBuilder routes, ConsoleFiles files)
    {
        routes.MapMethods("/", ReadMethods, ConsoleEndpoints.ShowHome);
        foreach (var page in Pages)
        {
            routes.MapMethods(page, ReadMethods, ConsoleEndpoints.ShowPage);
        }

        routes.MapMethods("/" + ConsoleFiles.AssetPrefix + "{**name}", ReadMethods, ConsoleEndpoints.GetAsset);
        foreach (var name in files.RootNames)
        {
            routes.MapMethods("/" + name, ReadMethods, ConsoleEndpoints.GetRootFile);
        }

        files.StartReading();
        _ = LogFailureAsync(files, LoggerOf((IEndpointRouteBuilder)routes));
    }

    private static ILogger LoggerOf(IEndpointRouteBuilder app) =>
        app.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConsoleFeature));

    private static async Task LogFailureAsync(ConsoleFiles files, ILogger logger)
    {
        try
        {
            await files.CompletionAsync();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Log.Unreadable(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4200, LogLevel.Error, "The files of the web console can't be read, so its pages don't work until the server is restarted.")]
        public static partial void Unreadable(ILogger logger, Exception failure);
    }
}
