using Cortex.IdentityServer.Identity.Account.Pages;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>Explains how to get the console, where the server was built without it.</summary>
internal static partial class MissingConsole
{
    private const string Title = "The web console is missing";

    /// <summary>What the operator has to do, as HTML.</summary>
    public const string Instructions =
        "<h2>" + Title + "</h2><p>This server was built without its web console. Install Node.js 20.19 (or a later 20), 22.12, or newer, with npm, and build "
        + "the server again:</p><pre>dotnet build Cortex.IdentityServer -p:RequireConsole=true</pre><p>To run the server without a console, set "
        + "<code>CONSOLE=off</code>. The API works either way.</p>";

    /// <summary>Answers at the console's addresses.</summary>
    internal static Page Show() => new(Title, "There would be a page here.", Instructions, StatusCodes.Status404NotFound);

    public static void Warn(ILogger logger, ConsoleFolder folder) => Log.Missing(logger, folder.Path);

    private static partial class Log
    {
        [LoggerMessage(
            4201,
            LogLevel.Warning,
            "The web console is missing: there is no index.html in {Folder}. Build the server with Node.js 20.19 (or a later 20), 22.12, or newer "
                + "(dotnet build -p:RequireConsole=true says what fails), or set CONSOLE=off.")]
        public static partial void Missing(ILogger logger, string folder);
    }
}
