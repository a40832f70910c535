using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Cuts a stream into lines of bounded length, whatever it holds: a line that is too long takes no memory.</summary>
internal static class ImportLines
{
    /// <summary>The longest line, in bytes.</summary>
    public const int Longest = 4 * 1024;

    private const int BufferSize = 64 * 1024;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>A carriage return, and what some editors put before the first line.</summary>
    private static readonly int Around = ByteOrderMark.Length + 1;

    /// <summary>All lines but the empty ones, whose numbers are left out.</summary>
    public static async IAsyncEnumerable<RawLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new(bufferSize: BufferSize, leaveOpen: true));
        var line = new byte[Longest + Around];
        var number = 0;
        var isTooLong = false;
        for (var isLast = false; !isLast;)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            isLast = read.IsCompleted;
            while (TryCut(ref rest, isLast, out var cut))
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

    private static bool TryCut(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        // The last line may lack its end.
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
        return bytes.Length > Longest ? new(number, default, IsTooLong: true) : new(number, bytes, IsTooLong: false);
    }
}
