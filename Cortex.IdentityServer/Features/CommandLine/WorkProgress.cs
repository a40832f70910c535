namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>How far long work is.</summary>
/// <param name="Count">What is done, in whatever the work counts.</param>
/// <param name="Share">From 0 to 1; null where nobody knows how much there is.</param>
/// <param name="Text">For a person.</param>
internal readonly record struct WorkProgress(long Count, double? Share, string Text);
