namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The progress of a long-running operation.</summary>
/// <param name="Count">The number of items that are done.</param>
/// <param name="Share">The share that is done, from 0 to 1; null if the total is unknown.</param>
/// <param name="Text">The text to show.</param>
internal readonly record struct OperationProgress(long Count, double? Share, string Text);
