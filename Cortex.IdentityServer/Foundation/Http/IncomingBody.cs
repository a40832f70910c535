namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// The body of a request as routes read it: bounded, without a byte order mark, and with one exception for everything that is wrong with its framing.
/// </summary>
internal sealed class IncomingBody(Stream connection, long? announced) : Stream
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private ReadOnlyMemory<byte> _held;
    private bool _isBegun;
    private bool _isAtEnd;
    private long _received;

    /// <summary>A route that reads more gets an exception that means 413.</summary>
    public long Limit { get; set; } = BodyRules.LargestJson;

    /// <summary>Whether a byte order mark at the beginning is skipped, as RFC 8259 section 8.1 allows for JSON.</summary>
    public bool SkipsByteOrderMark { get; set; }

    /// <summary>Whether anything was asked of the connection, which then lets a client that waits for it send its body (<c>Expect: 100-continue</c>).</summary>
    public bool IsBegun => _isBegun;

    /// <summary>Whether nothing of it is left on the connection.</summary>
    public bool IsAtEnd => _isAtEnd || _received == announced;

    /// <summary>How many bytes are still to come; null where the client didn't announce it.</summary>
    public long? Remaining => announced - _received;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isBegun && SkipsByteOrderMark)
        {
            await SkipMarkAsync(cancellationToken);
        }

        if (_held.Length > 0)
        {
            var count = Math.Min(_held.Length, buffer.Length);
            _held[..count].CopyTo(buffer);
            _held = _held[count..];
            return count;
        }

        return await ReceiveAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads what nobody wants, at most this much; false where there is more.</summary>
    public async Task<bool> TryDiscardAsync(long most, TimeSpan longestPause, CancellationToken cancellationToken)
    {
        Limit = long.MaxValue;
        var buffer = new byte[16 * 1024];
        for (var discarded = 0L; !IsAtEnd && discarded <= most;)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            pause.CancelAfter(longestPause);
            discarded += await ReceiveAsync(buffer, pause.Token);
        }

        return IsAtEnd;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    /// <summary>The mark may come in pieces, one byte in a TCP segment of its own.</summary>
    private async Task SkipMarkAsync(CancellationToken cancellationToken)
    {
        var head = new byte[ByteOrderMark.Length];
        var count = 0;
        while (count < head.Length && head.AsSpan(0, count).SequenceEqual(ByteOrderMark.AsSpan(0, count)))
        {
            var more = await ReceiveAsync(head.AsMemory(count), cancellationToken);
            if (more == 0)
            {
                break;
            }

            count += more;
        }

        _held = head.AsSpan(0, count).SequenceEqual(ByteOrderMark) ? default : head.AsMemory(0, count);
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _isBegun = true;
        int count;
        try
        {
            count = await connection.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException failure) when (failure is not BadHttpRequestException)
        {
            // Kestrel has exceptions of several kinds for chunks that can't be read, and for clients that go away in the middle.
            throw new BadHttpRequestException("The body could not be read.", failure);
        }

        _received += count;
        _isAtEnd |= count == 0;
        return _received <= Limit ? count : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
