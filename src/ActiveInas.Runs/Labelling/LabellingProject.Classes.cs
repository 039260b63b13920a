using ActiveInas.Data;

namespace ActiveInas.Runs.Labelling;

/// <content>Its classes, which grow and change their names.</content>
public sealed partial class LabellingProject
{
    /// <summary>Its classes now, by index.</summary>
    public IReadOnlyList<LabelClass> Classes
    {
        get
        {
            lock (_gate)
            {
                Dictionary<int, int> counts = _answers.Values.Where(answer => answer.Class is not null).CountBy(answer => answer.Class!.Value).ToDictionary();
                return [.. _classes.Select((name, i) => new LabelClass(i, name, counts.GetValueOrDefault(i)))];
            }
        }
    }

    /// <summary>Adds a class, for example one that was met while labelling. Networks know it from the next round on.</summary>
    /// <exception cref="LabellingException">The name is empty or taken.</exception>
    public async Task<LabelClass> AddClassAsync(string name)
    {
        name = RequireFree(name, except: null);
        int index;
        lock (_gate)
        {
            index = _classes.Count;
            _classes.Add(name);
        }

        await _store.AddClassAsync(index, name).ConfigureAwait(false);
        return new LabelClass(index, name, 0);
    }

    /// <summary>Gives a class another name; its images keep it.</summary>
    /// <exception cref="LabellingException">There is no such class, or the name is empty or taken.</exception>
    public async Task<LabelClass> RenameClassAsync(int id, string name)
    {
        lock (_gate)
        {
            if (id < 0 || id >= _classes.Count)
            {
                throw new LabellingException(LabellingFault.Unknown, $"There is no class {id}; wanted 0..{_classes.Count - 1}.");
            }
        }

        name = RequireFree(name, except: id);
        await _store.RenameClassAsync(id, name).ConfigureAwait(false);
        lock (_gate)
        {
            _classes[id] = name;
        }

        return Classes[id];
    }

    private string RequireFree(string name, int? except)
    {
        string trimmed = ComposedText.Of((name ?? "").Trim());
        if (trimmed.Length is 0 or > 200 || trimmed.Any(char.IsControl))
        {
            throw new LabellingException(LabellingFault.Invalid, $"'{trimmed}' is no name of a class; wanted 1 to 200 characters.");
        }

        lock (_gate)
        {
            int taken = _classes.IndexOf(trimmed);
            return taken < 0 || taken == except
                ? trimmed
                : throw new LabellingException(LabellingFault.Conflict, $"There is a class '{trimmed}' already; choose another name.");
        }
    }

    private int ClassIndex(string? name)
    {
        int index = name is null ? -1 : _classes.IndexOf(name);
        return index >= 0
            ? index
            : throw new LabellingException(LabellingFault.Invalid, $"There is no class '{name}'; wanted one of {string.Join(", ", _classes.Take(20))}, or add it first.");
    }

    private string? ClassName(int? index) => index is { } known ? _classes[known] : null;
}
