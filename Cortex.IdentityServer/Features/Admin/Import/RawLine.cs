namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line as it was read, without its line end. The bytes are valid until the next line is read.</summary>
/// <param name="Number">The line number, starting at 1.</param>
/// <param name="Bytes">The content; empty if the line is too long.</param>
/// <param name="IsTooLong">Whether the line exceeded the maximum length and was skipped.</param>
internal readonly record struct RawLine(int Number, ReadOnlyMemory<byte> Bytes, bool IsTooLong);
