using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Splits a stream into lines of bounded length. A line that is too long is skipped without being buffered.</summary>
internal static class ImportLines
{
    /// <summary>The maximum length of a line, in bytes.</summary>
    public const int MaxLineLength = 4 * 1024;

    private const int BufferSize = 64 * 1024;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Room for a byte order mark and a carriage return, which don't count as part of the line.</summary>
    private static readonly int MaxExtraLength = ByteOrderMark.Length + 1;

    /// <summary>Reads all lines that aren't empty; the numbers of empty lines are skipped.</summary>
    public static async IAsyncEnumerable<RawLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new(bufferSize: BufferSize, leaveOpen: true));
        var line = new byte[MaxLineLength + MaxExtraLength];
        var number = 0;
        var isTooLong = false;
        for (var isLast = false; !isLast;)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            isLast = read.IsCompleted;
            while (TryReadLine(ref rest, isLast, out var cut))
            {
                var raw = Read(cut, line, ++number, isTooLong);
                isTooLong = false;
                if (raw.IsTooLong || raw.Bytes.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
                {
                    yield return raw;
                }
            }

            if (rest.Length > line.Length)
            {
                isTooLong = true;
                rest = rest.Slice(rest.End);
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }

        if (isTooLong)
        {
            yield return new(number + 1, default, IsTooLong: true);
        }
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        // The last line may have no line end.
        line = rest;
        if (!isLast || rest.IsEmpty)
        {
            return false;
        }

        rest = rest.Slice(rest.End);
        return true;
    }

    private static RawLine Read(in ReadOnlySequence<byte> cut, byte[] into, int number, bool isTooLong)
    {
        if (isTooLong || cut.Length > into.Length)
        {
            return new(number, default, IsTooLong: true);
        }

        cut.CopyTo(into);
        var bytes = into.AsMemory(0, (int)cut.Length);
        bytes = number == 1 && bytes.Span.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;
        bytes = bytes.Span.EndsWith("\r"u8) ? bytes[..^1] : bytes;
        return bytes.Length > MaxLineLength ? new(number, default, IsTooLong: true) : new(number, bytes, IsTooLong: false);
    }
}
