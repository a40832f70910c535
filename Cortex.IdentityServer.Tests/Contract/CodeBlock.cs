namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A code block of a <see cref="Document"/>.</summary>
/// <param name="Language">As written after the opening fence.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed record CodeBlock(string Language, string Text);
