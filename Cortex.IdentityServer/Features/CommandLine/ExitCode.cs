namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>With one line on standard error that says what a person has to do.</summary>
    public const int Failed = 1;

    /// <summary>There is no such command or option.</summary>
    public const int WrongUsage = 2;

    /// <summary>The import went through its file, and some lines made no account.</summary>
    public const int SomeFailed = 3;

    /// <summary>What a shell shows for a program that Ctrl-C ended.</summary>
    public const int Interrupted = 130;
}
