using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Runs an import and streams the result of each line as soon as it is known.</summary>
/// <remarks>
/// Reading the request never waits for writing the response, so a client may send everything before it reads, or read while it sends. Unread results are
/// buffered in memory, which the maximum number of lines bounds.
/// </remarks>
internal sealed class ImportStream(UserImporter importer, TimeProvider clock) : IResult
{
    private const int FlushThreshold = 16 * 1024;

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(30);

    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private bool _hasLines;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = Ndjson.MediaType;
        var writing = WriteAllAsync(httpContext.Response, httpContext.RequestAborted);
        try
        {
            var result = await importer.RunAsync(
                httpContext.Request.Body, StaffMember.Of(httpContext), Report, UserImporter.MaxLines, httpContext.RequestAborted);
            if (!_hasLines && result is ImportResult.Aborted aborted)
            {
                await aborted.Refusal.ToProblem().ExecuteAsync(httpContext);
            }
            else
            {
                Finish(result);
            }

            if (result is ImportResult.Aborted)
            {
                await DrainAsync(httpContext.Request.Body, httpContext.RequestAborted);
            }
        }
        finally
        {
            _lines.Writer.Complete();
            await writing;
        }
    }

    private void Report(ImportReport report)
    {
        _hasLines = true;
        _lines.Writer.TryWrite(report switch
        {
            ImportReport.Created created => Line(new ImportedLine(created.Line, "created", created.Id)),
            ImportReport.Failed failed => Line(FailedLine.Of(failed.Line, failed.Refusal)),
            ImportReport.Progress progress => Line(new ImportProgress(progress.Counts)),
            _ => throw new ArgumentOutOfRangeException(nameof(report)),
        });
    }

    private void Finish(ImportResult result) => _lines.Writer.TryWrite(result is ImportResult.Aborted aborted
        ? Line(new ImportError(new(aborted.Refusal.Code, aborted.Refusal.Detail, aborted.Line)))
        : Line(new ImportSummary(result.Counts)));

    private static byte[] Line<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), ImportJson.Default), (byte)'\n'];

    /// <summary>Starts the response with the first line, so that an earlier failure can still set the status code.</summary>
    private async Task WriteAllAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        while (await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_lines.Reader.TryRead(out var line))
            {
                response.BodyWriter.Write(line);
                if (response.BodyWriter.UnflushedBytes >= FlushThreshold)
                {
                    await response.BodyWriter.FlushAsync(cancellationToken);
                }
            }

            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Reads the rest of the request, so that a client that sends everything before it reads still receives the error.</summary>
    private async Task DrainAsync(Stream body, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(DrainTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await body.CopyToAsync(Stream.Null, either.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
        }
    }
}
