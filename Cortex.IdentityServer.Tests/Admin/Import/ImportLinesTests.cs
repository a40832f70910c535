using System.IO.Pipelines;
using System.Text;
using Cortex.IdentityServer.Features.Admin.Import;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>Splits request bodies into lines.</summary>
public sealed class ImportLinesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "1a")]
    [InlineData("a\n", "1a")]
    [InlineData("\na\n\n \t\r\nb\r\nc", "2a 5b 6c")]
    [InlineData("\uFEFFa\nb", "1a 2b")]
    [InlineData("\uFEFF", "")]
    [InlineData("a\n\uFEFFb", "1a 2\uFEFFb")]
    [InlineData("a\rb\r\r\n", "1a\rb\r")]
    public async Task Lines_are_split_correctly_wherever_the_reads_end(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= bytes.Length + 1; size++)
        {
            Assert.Equal(expected, string.Join(' ', await ReadAsync(bytes, size)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Only_lines_that_are_too_long_are_skipped(int size)
    {
        var (longest, tooLong, farTooLong) = (new string('a', ImportLines.MaxLineLength), new string('b', ImportLines.MaxLineLength + 1), new string(
            'c', 20 * ImportLines.MaxLineLength));

        Assert.Equal(
            [$"1{longest}", "2-", "3x", "4-", "5-", "7y", "8-"],
            await ReadAsync($"{longest}\r\n{tooLong}\nx\n{farTooLong}\r\n{farTooLong}\n\ny\n{farTooLong}", size));
        Assert.Equal([$"1{longest}"], await ReadAsync("\uFEFF" + longest, size));
        Assert.Equal(["1-"], await ReadAsync(tooLong, size));
    }

    private static Task<List<string>> ReadAsync(string text, int size) => ReadAsync(Encoding.UTF8.GetBytes(text), size);

    private static async Task<List<string>> ReadAsync(byte[] bytes, int size)
    {
        var pipe = new Pipe();
        var writing = Task.Run(
            async () =>
            {
                foreach (var part in bytes.Chunk(size))
                {
                    await pipe.Writer.WriteAsync(part, Cancel);
                }

                await pipe.Writer.CompleteAsync();
            },
            Cancel);
        var lines = new List<string>();
        await foreach (var line in ImportLines.ReadAsync(new Trickle(pipe.Reader.AsStream(), size), Cancel))
        {
            lines.Add($"{line.Number}{(line.IsTooLong ? "-" : Encoding.UTF8.GetString(line.Bytes.Span))}");
        }

        await writing;
        return lines;
    }

    /// <summary>Returns at most this many bytes per read.</summary>
    private sealed class Trickle(Stream inner, int size) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
