namespace Cortex.IdentityServer.CommandLine;

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

/// <summary>A command that can't do what it was asked to; the message is one line for the person who asked.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
