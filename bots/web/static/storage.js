// What a browser keeps for the page. It may refuse (full, forbidden): then the page works on without.

export const tab = keeper(() => window.sessionStorage); // until the tab is closed; survives a reload
export const browser = keeper(() => window.localStorage); // for all tabs, for good

function keeper(storage) {
  return {
    read(key, fallback) {
      try {
        return JSON.parse(storage().getItem(key)) ?? fallback;
      } catch {
        return fallback;
      }
    },
    write(key, value) {
      try {
        storage().setItem(key, JSON.stringify(value));
      } catch {
        // nothing depends on it at once
      }
    },
  };
}
