namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>How serious a finding of the doctor is.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>The server works, but less well, less securely, or not for long.</summary>
    Warn,

    /// <summary>The server doesn't start, or something that is configured doesn't work.</summary>
    Fail,
}
