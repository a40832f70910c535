namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The folder with the console's files, which the build puts next to the program.</summary>
/// <param name="Path">Its full path.</param>
internal sealed record ConsoleFolder(string Path)
{
    public const string Index = "index.html";

    public static ConsoleFolder OfProgram { get; } = new(System.IO.Path.Combine(AppContext.BaseDirectory, "console"));

    /// <summary>Whether the console was built. Without Node.js, the server is built without it.</summary>
    public bool HasConsole => File.Exists(System.IO.Path.Combine(Path, Index));
}
