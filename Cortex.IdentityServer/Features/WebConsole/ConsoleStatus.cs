namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>Whether the server shows the console.</summary>
internal enum ConsoleStatus
{
    /// <summary>The operator has turned it off, or it can't work at the public address.</summary>
    Off,

    /// <summary>The server was built without it.</summary>
    Missing,

    /// <summary>The server shows it.</summary>
    On,
}
