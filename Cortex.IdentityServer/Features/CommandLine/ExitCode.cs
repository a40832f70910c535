namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The exit codes of the program.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command failed; one line on standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command or option doesn't exist, or its value isn't valid.</summary>
    public const int UsageError = 2;

    /// <summary>
    /// The import read the whole file, but some lines failed; or Polar was asked for all users, but some answers can't be used; or the doctor found nothing
    /// worse than warnings.
    /// </summary>
    public const int SomeFailed = 3;

    /// <summary>The code that a shell reports for a program that was interrupted with Ctrl-C.</summary>
    public const int Interrupted = 130;
}
