namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// The request body as routes read it: limited in size, without a byte order mark, and with a single exception type for all framing errors.
/// </summary>
internal sealed class IncomingBody(Stream connection, long? announced) : Stream
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private ReadOnlyMemory<byte> _held;
    private bool _isBegun;
    private bool _isAtEnd;
    private long _received;

    /// <summary>The maximum size in bytes. Reading beyond it throws an exception that becomes 413.</summary>
    public long Limit { get; set; } = BodyRules.MaxJsonBytes;

    /// <summary>Whether to skip a byte order mark at the beginning, as RFC 8259 section 8.1 allows for JSON.</summary>
    public bool SkipsByteOrderMark { get; set; }

    /// <summary>Whether reading has begun. The first read makes Kestrel send 100 to a client that waits for it (<c>Expect: 100-continue</c>).</summary>
    public bool HasBegun => _isBegun;

    /// <summary>Whether the whole body has been read from the connection.</summary>
    public bool IsAtEnd => _isAtEnd || _received == announced;

    /// <summary>The number of bytes still to come, or null if the request has no <c>Content-Length</c>.</summary>
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

    /// <summary>Reads and discards the rest of the body, and returns false if it is longer than the limit.</summary>
    public async Task<bool> TryDiscardAsync(long maxBytes, TimeSpan readTimeout, CancellationToken cancellationToken)
    {
        Limit = long.MaxValue;
        var buffer = new byte[16 * 1024];
        for (var discarded = 0L; !IsAtEnd && discarded <= maxBytes;)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            pause.CancelAfter(readTimeout);
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

    /// <summary>Skips the byte order mark, whose three bytes may arrive in separate TCP segments.</summary>
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
            // Kestrel throws several kinds of exceptions for malformed chunks and for clients that disconnect mid-body.
            throw new BadHttpRequestException("The body could not be read.", failure);
        }

        _received += count;
        _isAtEnd |= count == 0;
        return _received <= Limit ? count : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
