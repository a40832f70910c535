namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>A line as it came, without its end; the bytes are good until the next line is asked for.</summary>
/// <param name="Number">As an editor counts, from 1.</param>
/// <param name="Bytes">Nothing where it is too long.</param>
/// <param name="IsTooLong">It was skipped and not kept.</param>
internal readonly record struct RawLine(int Number, ReadOnlyMemory<byte> Bytes, bool IsTooLong);
