/**
 * What an act changed, put into the document that the page had from the server before: what did not
 * change stays the same object, so that the rest of the page sees at a glance what did.
 */
/** @returns null where the changes are of another state than the one that is known */
export function whole(known, answer) {
    if (!("since" in answer))
        return answer;
    const { since, mentions, relations, notes, suggestions, ...short } = answer;
    if (answer.id !== known.id || since !== known.version || answer.basis !== known.basis)
        return null;
    return {
        ...known,
        ...short,
        mentions: edited(known.mentions, mentions),
        relations: edited(known.relations, relations),
        notes: edited(known.notes, notes),
        suggestions: {
            mentions: edited(known.suggestions.mentions, suggestions.mentions),
            relations: edited(known.suggestions.relations, suggestions.relations),
            error: suggestions.error,
        },
    };
}
function edited(list, edits) {
    if (!edits.gone.length && !edits.put.length)
        return list;
    const gone = new Set(edits.gone);
    const left = list.filter((each) => !gone.has(each.id));
    const found = [];
    let next = 0;
    for (const put of edits.put) {
        while (found.length < put.at && next < left.length)
            found.push(left[next++]);
        found.push(put);
    }
    return [...found, ...left.slice(next)];
}
